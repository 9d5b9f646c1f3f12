/** What stands where data would: nothing there, not found, an error. */
import type { ReactNode } from 'react';
import { classes } from '@/lib/classes';
import { Button } from './ui/Button';

type Props = {
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  action?: { label: string; onClick: () => void };
  isAlert?: boolean;
  className?: string;
};

export function Notice({ icon, title, children, action, isAlert, className }: Props) {
  return (
    <div
      role={isAlert ? 'alert' : undefined}
      className={classes(
        'flex flex-col items-center justify-center gap-2 px-6 py-10 text-center text-balance',
        className,
      )}
    >
      {icon && <div className="mb-1 text-muted [&>svg]:size-7">{icon}</div>}
      <p className="text-base font-medium">{title}</p>
      {children && <div className="max-w-md text-muted">{children}</div>}
      {action && (
        <Button className="mt-2" onClick={action.onClick}>
          {action.label}
        </Button>
      )}
    </div>
  );
}
