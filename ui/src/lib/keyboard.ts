/** Keyboard shortcuts of a page. */
import { useEffect, useEffectEvent } from 'react';

/** True when the key belongs to what has the focus: a field, a menu, a dialog. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  return (
    target.closest('input, textarea, select, [contenteditable="true"], [role="menu"], [role="dialog"]') !==
    null
  );
}

/** Calls the handler of a pressed key (`event.key`) unless the reader is typing or holds a modifier. */
export function useShortcuts(handlers: Record<string, (event: KeyboardEvent) => void>): void {
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target))
      return;
    const handler = handlers[event.key];
    if (!handler) return;
    handler(event);
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKey(event);
    window.addEventListener('keydown', listener);
    return () => window.removeEventListener('keydown', listener);
  }, []);
}
