/** A text field whose value goes out only when the typing pauses. */
import { useEffect, useRef, useState } from 'react';

type Draft = { text: string; base: string; sent: string | null };

/**
 * The draft of a field and its setter. `commit` gets the draft after `delayMs` without a key: the `commit` of that
 * moment, because what else it writes down may have changed since. A value that changes from outside (back button,
 * "clear filters") replaces the draft, one that waits included; the echo of our own commit does not.
 */
export function useDraft(
  value: string,
  commit: (value: string) => void,
  delayMs = 250,
): [string, (value: string) => void] {
  const [draft, setDraft] = useState<Draft>({ text: value, base: value, sent: null });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const latest = useRef(commit);
  useEffect(() => {
    latest.current = commit;
  }, [commit]);

  const isOwn = value === draft.base || value === draft.sent;
  useEffect(() => {
    if (!isOwn) clearTimeout(timer.current);
  }, [isOwn]);
  const change = (text: string) => {
    setDraft((before) => ({ text, base: value, sent: before.sent }));
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      setDraft((before) => ({ ...before, sent: text }));
      latest.current(text);
    }, delayMs);
  };
  return [isOwn ? draft.text : value, change];
}
