/** Buttons: plain, primary, dangerous, quiet; and square ones with an icon. */
import type { ComponentProps, ReactNode } from 'react';
import { classes } from '@/lib/classes';

type Look = 'plain' | 'primary' | 'danger' | 'quiet';

const LOOKS: Record<Look, string> = {
  plain: 'border border-line bg-surface hover:border-line-strong hover:bg-raised',
  primary: 'border border-transparent bg-ink text-on-ink hover:opacity-90',
  danger: 'border border-transparent bg-danger text-surface hover:opacity-90',
  quiet: 'border border-transparent text-muted hover:bg-raised hover:text-text',
};

type Props = ComponentProps<'button'> & { look?: Look };

export function Button({ look = 'plain', className, type = 'button', ...rest }: Props) {
  return (
    <button
      type={type}
      className={classes(
        'inline-flex h-8 shrink-0 items-center gap-1.5 rounded-md px-3 font-medium whitespace-nowrap transition-colors disabled:opacity-50',
        LOOKS[look],
        className,
      )}
      {...rest}
    />
  );
}

type IconButtonProps = ComponentProps<'button'> & { label: string; children: ReactNode; isPressed?: boolean };

export function IconButton({ label, isPressed, className, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      aria-pressed={isPressed}
      className={classes(
        'inline-flex size-7 shrink-0 items-center justify-center rounded-md text-muted transition-colors hover:bg-raised hover:text-text disabled:opacity-40',
        isPressed && 'bg-accent-soft text-accent',
        className,
      )}
      {...rest}
    />
  );
}
