/** Tabs whose choice lives in the address. */
import { Tabs as Primitive } from 'radix-ui';
import type { ReactNode } from 'react';
import { formatCompact } from '@/lib/number';

export type Tab<T extends string> = { value: T; label: string; count?: number };

type Props<T extends string> = {
  label: string;
  value: T;
  tabs: Tab<T>[];
  onChange: (value: T) => void;
  children: ReactNode;
};

/** Only the chosen tab's content is given as child: what is not seen is not loaded. */
export function Tabs<T extends string>({ label, value, tabs, onChange, children }: Props<T>) {
  return (
    <Primitive.Root
      value={value}
      onValueChange={(next) => onChange(next as T)}
      activationMode="manual"
      className="flex min-h-0 flex-1 flex-col"
    >
      <Primitive.List
        aria-label={label}
        className="flex shrink-0 gap-1 overflow-x-auto border-b border-line px-4 [scrollbar-width:none] md:px-6"
      >
        {tabs.map((tab) => (
          <Primitive.Trigger
            key={tab.value}
            value={tab.value}
            className="relative flex h-9 items-center gap-1.5 px-2 first:-ml-2 after:absolute after:inset-x-2 after:bottom-0 after:h-0.5 font-medium whitespace-nowrap text-muted hover:text-text focus-visible:outline-offset-[-3px] data-[state=active]:after:bg-accent data-[state=active]:text-text"
          >
            {tab.label}
            {tab.count !== undefined && (
              <span className="tabular rounded-full bg-raised px-1.5 text-2xs text-muted">
                {formatCompact(tab.count)}
              </span>
            )}
          </Primitive.Trigger>
        ))}
      </Primitive.List>
      <Primitive.Content value={value} tabIndex={-1} className="flex min-h-0 flex-1 flex-col outline-none">
        {children}
      </Primitive.Content>
    </Primitive.Root>
  );
}
