/** One of a few: buttons side by side, or a list behind a button. */
import { DropdownMenu, ToggleGroup } from 'radix-ui';
import { classes } from '@/lib/classes';
import { CheckIcon, ChevronDownIcon } from '../icons';
import { Button } from './Button';
import { Menu } from './Menu';

type Option<T extends string> = { value: T; label: string };
type Props<T extends string> = {
  label: string;
  value: T;
  options: readonly Option<T>[];
  onChange: (value: T) => void;
};

export function Segments<T extends string>({ label, value, options, onChange }: Props<T>) {
  return (
    <ToggleGroup.Root
      type="single"
      aria-label={label}
      value={value}
      onValueChange={(next) => next && onChange(next as T)}
      className="inline-flex h-8 shrink-0 rounded-md border border-line bg-raised p-0.5"
    >
      {options.map((option) => (
        <ToggleGroup.Item
          key={option.value}
          value={option.value}
          className="rounded-[5px] px-2.5 font-medium text-muted hover:text-text data-[state=on]:bg-surface data-[state=on]:text-text data-[state=on]:shadow-xs"
        >
          {option.label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}

export function Select<T extends string>({
  label,
  value,
  options,
  onChange,
  isQuiet,
}: Props<T> & { isQuiet?: boolean }) {
  const current = options.find((option) => option.value === value);
  return (
    <Menu
      trigger={
        <Button
          look={isQuiet ? 'quiet' : 'plain'}
          aria-label={`${label}: ${current?.label ?? ''}`}
          className="pr-2"
        >
          {current?.label}
          <ChevronDownIcon className="size-3.5 text-muted" />
        </Button>
      }
    >
      <DropdownMenu.RadioGroup value={value} onValueChange={(next) => onChange(next as T)}>
        {options.map((option) => (
          <DropdownMenu.RadioItem
            key={option.value}
            value={option.value}
            className={classes(
              'flex h-8 cursor-default items-center gap-2 rounded-md px-2 outline-none data-[highlighted]:bg-raised',
            )}
          >
            <span className="flex-1">{option.label}</span>
            <DropdownMenu.ItemIndicator>
              <CheckIcon className="text-accent" />
            </DropdownMenu.ItemIndicator>
          </DropdownMenu.RadioItem>
        ))}
      </DropdownMenu.RadioGroup>
    </Menu>
  );
}
