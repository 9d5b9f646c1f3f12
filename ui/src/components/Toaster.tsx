/** Shows the short messages in the corner, and reads them out. */
import { classes } from '@/lib/classes';
import { CheckIcon, CloseIcon, WarningIcon } from './icons';
import { dismissToast, useToasts } from './toasts';

export function Toaster() {
  const toasts = useToasts();
  return (
    <div aria-live="polite" className="pointer-events-none fixed right-4 bottom-4 z-50 flex flex-col gap-2">
      {toasts.map((toast) => (
        <div
          key={toast.id}
          role={toast.isError ? 'alert' : 'status'}
          className="appear pointer-events-auto flex max-w-sm items-start gap-2.5 rounded-lg bg-surface py-2.5 pr-2 pl-3 shadow-(--shadow)"
        >
          {toast.isError ? (
            <WarningIcon className="mt-px text-danger" />
          ) : (
            <CheckIcon className="mt-px text-(--state-completed)" />
          )}
          <span className={classes('min-w-0 flex-1 break-words', toast.isError && 'text-danger')}>
            {toast.text}
          </span>
          <button
            type="button"
            aria-label="Dismiss"
            onClick={() => dismissToast(toast.id)}
            className="rounded p-0.5 text-muted hover:bg-raised"
          >
            <CloseIcon className="size-3.5" />
          </button>
        </div>
      ))}
    </div>
  );
}
