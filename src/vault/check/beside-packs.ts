/** Checking what lies beside the packs: key slots, and attachments. */
import type { Context } from '../context.ts';
import { inOrder } from '../in-order.ts';
import { inspectAttachment, inspectSlot } from './inspect.ts';
import { factsOf, type Memory } from './memory.ts';
import type { Finding, ObjectFacts } from './report.ts';

const AT_ONCE = 4;

/** Slots that are there, and those that are not (rule V31). */
export async function checkSlots(
  ctx: Context,
  listed: readonly ObjectFacts[],
  memory: Memory,
  signal?: AbortSignal,
): Promise<{ readonly findings: readonly Finding[]; readonly sound: number }> {
  const kept = new Set<string>(memory.slots.filter((row) => row.kept).map((row) => row.name));
  const findings: Finding[] = [];
  const past = new Set<string>();
  const present = new Set<string>();
  let sound = 0;
  const look = async (object: ObjectFacts, isListed: boolean) => {
    const slot = await inspectSlot(ctx, object, signal);
    if (slot.kind === 'gone') {
      if (isListed) findings.push({ kind: 'late', object, lacks: 'read' });
      return;
    }
    present.add(object.name);
    if (!isListed) findings.push({ kind: 'late', object, lacks: 'listing' });
    if (slot.kind === 'newer') findings.push({ kind: 'newer', object, what: 'format' });
    if (slot.kind === 'damaged')
      findings.push({ kind: 'slot-damaged', object, rescue: kept.has(object.name) ? 'here' : 'nowhere' });
    if (slot.kind === 'sound') {
      sound++;
      for (const name of slot.supersedes) past.add(name);
    }
  };
  const names = new Set<string>(listed.map((object) => object.name));
  for (const object of listed) await look(object, true);
  for (const row of memory.slots) if (!names.has(row.name) && !past.has(row.name)) await look(factsOf(row), false);
  for (const row of memory.slots) {
    if (present.has(row.name) || past.has(row.name)) continue;
    findings.push({ kind: 'slot-missing', object: factsOf(row), rescue: row.kept ? 'here' : 'nowhere' });
  }
  return { findings, sound };
}

export async function checkAttachments(
  ctx: Context,
  listed: readonly ObjectFacts[],
  signal?: AbortSignal,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const inspect = async (object: ObjectFacts) => ({ object, found: await inspectAttachment(ctx, object, signal) });
  for await (const { object, found } of inOrder(listed, AT_ONCE, inspect)) {
    if (found === 'gone') findings.push({ kind: 'late', object, lacks: 'read' });
    if (found === 'newer') findings.push({ kind: 'newer', object, what: 'format' });
    if (found === 'damaged')
      findings.push({ kind: 'damaged', object, damage: 'head', elements: [], rescue: 'nowhere' });
  }
  return findings;
}
