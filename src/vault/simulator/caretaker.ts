/** A person who has the storage checked, and repaired where it is wanted. */
import { check } from '../check.ts';
import type { Finding } from '../check/report.ts';
import { openContext, type Place } from '../context.ts';
import { repair } from '../repair.ts';
import type { Device } from './device.ts';
import { must } from './violation.ts';
import type { World } from './world.ts';

const silent = () => undefined;

function told(findings: readonly Finding[]): string {
  return findings.map(({ kind }) => kind).join(', ') || 'nothing';
}

/** Between two sessions: what a repair puts, the next one has to know. */
export async function checkAndRepair(world: World, device: Device, place: Place, full: boolean): Promise<void> {
  const context = await openContext(place);
  if (!context) return;
  const { findings } = await check(context, { full }, silent);
  world.trace(() => `${device.name} has the storage checked: ${told(findings)}`);
  // Whoever has it repaired has said so, also when a wipe is among what was found.
  world.hand.allow();
  const { repaired } = await repair(context, findings, silent);
  if (repaired.length > 0)
    world.trace(() => `${device.name} has it repaired: ${repaired.map(({ outcome }) => outcome.kind).join(', ')}`);
}

/**
 * In the end a check says what is so: it blames no sound pack, and finds every note in the storage.
 * @param torn whether a part of some note is lost for good.
 */
export async function checkRightly(world: World, device: Device, place: Place, torn: boolean): Promise<void> {
  const context = await openContext(place);
  if (!context) return;
  const report = await check(context, { full: true }, silent);
  for (const finding of report.findings) {
    if (finding.kind !== 'missing' && finding.kind !== 'damaged') continue;
    const name = finding.object?.name;
    if (name === undefined) continue;
    must(
      !world.shadow.isIntact(name),
      'V34',
      () => `${device.name} is told that ${name} is ${finding.kind}, and it is sound`,
    );
  }
  // Of entries of a new kind a check knows nothing.
  if (device.deps.kinds) return;
  const { known, restorable } = report.notes;
  must(
    torn || known === restorable,
    'V37',
    () => `a check says that ${restorable} of ${known} notes could be had from the storage`,
  );
}
