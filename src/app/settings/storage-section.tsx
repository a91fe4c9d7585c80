/** How safe the notes are in this browser, and how much room they take. */
import { useEffect, useState } from 'react';
import { useLanguageTag, useStrings } from '../strings/catalogue.ts';
import { Button } from '../ui/button.tsx';
import { Row, Section } from '../ui/page.tsx';
import { writtenBytes } from './bytes.ts';
import { askToPersist, isPersisted } from './persistence.ts';

interface Known {
  readonly persisted: boolean | null;
  readonly usage: number | undefined;
  readonly quota: number | undefined;
}

async function readStorage(): Promise<Known> {
  const estimate = await navigator.storage?.estimate?.().catch(() => undefined);
  return { persisted: await isPersisted(), usage: estimate?.usage, quota: estimate?.quota };
}

export function StorageSection() {
  const t = useStrings();
  const language = useLanguageTag();
  const [known, setKnown] = useState<Known | null>(null);
  const [refused, setRefused] = useState(false);

  useEffect(() => {
    let shown = true;
    const read = async (): Promise<void> => {
      const next = await readStorage();
      if (shown) setKnown(next);
    };
    void read();
    return () => {
      shown = false;
    };
  }, []);

  const ask = async (): Promise<void> => {
    setRefused(!(await askToPersist()));
    setKnown(await readStorage());
  };

  const { persisted, usage, quota } = known ?? { persisted: null };
  const protection =
    persisted === null
      ? t.settings.persistUnknown
      : persisted
        ? t.settings.persisted
        : refused
          ? t.settings.persistDenied
          : t.settings.notPersisted;
  return (
    <Section title={t.settings.storage}>
      <Row name={t.settings.persistTitle} about={known ? protection : ''}>
        {persisted === false && !refused ? (
          <Button onClick={() => void ask()}>{t.settings.askPersist}</Button>
        ) : undefined}
      </Row>
      <Row
        name={t.settings.usageTitle}
        about={
          usage === undefined || quota === undefined
            ? t.settings.usageUnknown
            : t.settings.usage(writtenBytes(language, usage), writtenBytes(language, quota))
        }
      />
    </Section>
  );
}
