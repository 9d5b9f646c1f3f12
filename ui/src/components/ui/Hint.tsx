/** A tooltip. Its text is extra: nothing may be reachable by it alone. */
import { Tooltip } from 'radix-ui';
import type { ReactElement } from 'react';

export const HintProvider = ({ children }: { children: React.ReactNode }) => (
  <Tooltip.Provider delayDuration={350} skipDelayDuration={200}>
    {children}
  </Tooltip.Provider>
);

export function Hint({ text, children }: { text: string; children: ReactElement }) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content
          sideOffset={5}
          collisionPadding={8}
          className="appear z-50 max-w-xs rounded-md bg-text px-2 py-1 text-xs break-words text-page shadow-(--shadow)"
        >
          {text}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
