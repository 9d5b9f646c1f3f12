/** A panel behind a button with a field and a list. */
import { Popover } from 'radix-ui';
import type { ReactElement, ReactNode } from 'react';
import { classes } from '@/lib/classes';
import { CheckIcon } from '../icons';

type Props = {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  label: string;
  placeholder: string;
  text: string;
  onText: (text: string) => void;
  onEnter: () => void;
  trigger: ReactElement;
  children: ReactNode;
};

export function PickerPanel(props: Props) {
  return (
    <Popover.Root open={props.isOpen} onOpenChange={props.onOpenChange}>
      <Popover.Trigger asChild>{props.trigger}</Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={4}
          collisionPadding={8}
          aria-label={props.label}
          className="appear z-40 w-60 rounded-lg bg-surface p-1 shadow-(--shadow)"
        >
          <input
            aria-label={props.label}
            placeholder={props.placeholder}
            value={props.text}
            onChange={(event) => props.onText(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter') return;
              event.preventDefault();
              props.onEnter();
            }}
            className="mb-1 h-8 w-full rounded-md bg-raised px-2 outline-none placeholder:text-muted"
          />
          <div className="max-h-72 overflow-auto">{props.children}</div>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

type OptionProps = { isChosen: boolean; onClick: () => void; children: ReactNode; label?: string };

export function PickerOption({ isChosen, onClick, children, label }: OptionProps) {
  return (
    <button
      type="button"
      aria-label={label}
      aria-pressed={isChosen}
      onClick={onClick}
      className={classes(
        'flex h-8 w-full items-center gap-2 rounded-md px-2 text-left hover:bg-raised focus-visible:bg-raised',
      )}
    >
      <span className="flex min-w-0 flex-1 items-center truncate">{children}</span>
      {isChosen && <CheckIcon className="text-accent" />}
    </button>
  );
}
