/** A menu behind a button. */
import { DropdownMenu } from 'radix-ui';
import type { ReactElement, ReactNode } from 'react';
import { classes } from '@/lib/classes';
import { CheckIcon } from '../icons';

const ITEM =
  'flex h-8 cursor-default items-center gap-2 rounded-md px-2 outline-none select-none data-[disabled]:opacity-45 data-[highlighted]:bg-raised';

export function Menu({ trigger, children }: { trigger: ReactElement; children: ReactNode }) {
  return (
    <DropdownMenu.Root>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          sideOffset={4}
          collisionPadding={8}
          className="appear z-40 max-h-96 min-w-44 overflow-auto rounded-lg bg-surface p-1 shadow-(--shadow)"
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

type ItemProps = {
  icon?: ReactNode;
  children: ReactNode;
  onSelect: () => void;
  isDangerous?: boolean;
  isDisabled?: boolean;
  /** Why it is disabled, shown below the label. */
  note?: string;
};

export function MenuItem({ icon, children, onSelect, isDangerous, isDisabled, note }: ItemProps) {
  return (
    <DropdownMenu.Item
      disabled={isDisabled}
      onSelect={onSelect}
      className={classes(ITEM, isDangerous && 'text-danger', note && 'h-auto py-1.5')}
    >
      {icon}
      <span className="flex flex-col">
        {children}
        {note && <span className="max-w-56 text-xs text-muted">{note}</span>}
      </span>
    </DropdownMenu.Item>
  );
}

type CheckProps = { children: ReactNode; isChecked: boolean; onChange: (isChecked: boolean) => void };

/** An entry that can be on or off; the menu stays open. */
export function MenuCheck({ children, isChecked, onChange }: CheckProps) {
  return (
    <DropdownMenu.CheckboxItem
      checked={isChecked}
      onCheckedChange={onChange}
      onSelect={(event) => event.preventDefault()}
      className={classes(ITEM, 'pr-6')}
    >
      <span
        className={classes(
          'flex size-4 items-center justify-center rounded border',
          isChecked ? 'border-transparent bg-ink text-on-ink' : 'border-line-strong',
        )}
      >
        {isChecked && <CheckIcon className="size-3" />}
      </span>
      {children}
    </DropdownMenu.CheckboxItem>
  );
}

export const MenuSeparator = () => <DropdownMenu.Separator className="my-1 h-px bg-line" />;
