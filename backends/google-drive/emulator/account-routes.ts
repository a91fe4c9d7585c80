/** Who the account belongs to and how full it is. */
import { failure } from './failures.ts';
import { ABOUT, fieldsOf } from './fields.ts';
import type { Call } from './route.ts';
import { isTrashed } from './store.ts';
import { usedBytes } from './world.ts';

export function about({ caller, query }: Call): Response {
  const { world, account, drive } = caller;
  if (!query.has('fields'))
    throw failure(400, 'required', "The 'fields' parameter is required for this method.", { location: 'fields' });
  const fields = fieldsOf(query, ABOUT, '*');
  const usage = usedBytes(world, account);
  let trash = 0;
  for (const file of drive.files.values()) if (isTrashed(drive, file)) trash += file.content?.bytes.length ?? 0;
  return Response.json(
    fields({
      kind: 'drive#about',
      user: {
        kind: 'drive#user',
        displayName: account.displayName,
        me: true,
        permissionId: account.id,
        emailAddress: account.email,
      },
      storageQuota: {
        ...(account.quota !== undefined && { limit: String(account.quota) }),
        usage: String(usage),
        usageInDrive: String(usage - account.elsewhere),
        usageInDriveTrash: String(trash),
      },
      maxUploadSize: '5497558138880',
      appInstalled: true,
      canCreateDrives: false,
    }),
  );
}
