export default function SyncPage(_: { onMenu: (() => void) | null }) {
  return null;
}
