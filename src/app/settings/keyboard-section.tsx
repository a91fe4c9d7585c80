/** The keys there are. */
import { keyNames } from '../shell/keys.ts';
import { useStrings } from '../strings/catalogue.ts';
import { Row, Section } from '../ui/page.tsx';

export function KeyboardSection() {
  const t = useStrings();
  const { keys } = t.settings;
  const { command, alt } = keyNames();
  const list: readonly (readonly [name: string, keys: readonly string[]])[] = [
    [keys.newNote, [command, alt, 'N']],
    [keys.filter, [command, t.settings.keyNames.shift, 'F']],
    [keys.nextNote, ['↓', '↑']],
    [keys.findInNote, [command, 'F']],
    [keys.bold, [command, 'B']],
    [keys.italic, [command, 'I']],
    [keys.task, [command, t.settings.keyNames.enter]],
    [keys.undo, [command, 'Z']],
    [keys.leave, [t.settings.keyNames.escape, t.settings.keyNames.tab]],
  ];
  return (
    <Section title={t.settings.keyboard}>
      {list.map(([name, pressed]) => (
        <Row key={name} name={name}>
          <span className="keys">
            {pressed.map((key) => (
              <kbd key={key}>{key}</kbd>
            ))}
          </span>
        </Row>
      ))}
    </Section>
  );
}
