/** A search field with a clear button; `/` puts the focus into the page's main one. */
import { type Ref, useRef } from 'react';
import { classes } from '@/lib/classes';
import { useDraft } from '@/lib/debounce';
import { CloseIcon, SearchIcon } from './icons';

type Props = {
  label: string;
  placeholder: string;
  value: string;
  onChange: (value: string) => void;
  ref?: Ref<HTMLInputElement>;
  className?: string;
  shortcut?: string;
};

export function SearchField({ label, placeholder, value, onChange, ref, className, shortcut }: Props) {
  const [draft, setDraft] = useDraft(value, onChange);
  const root = useRef<HTMLDivElement>(null);
  return (
    <div ref={root} className={classes('relative flex items-center', className)}>
      <SearchIcon className="pointer-events-none absolute left-2 text-muted" />
      <input
        ref={ref}
        type="search"
        aria-label={label}
        placeholder={placeholder}
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          if (draft) setDraft('');
          else event.currentTarget.blur();
        }}
        className="h-8 w-full rounded-md border border-line bg-surface pr-7 pl-7.5 placeholder:text-muted hover:border-line-strong [&::-webkit-search-cancel-button]:hidden"
      />
      {draft ? (
        <button
          type="button"
          aria-label="Clear search"
          onClick={() => {
            setDraft('');
            root.current?.querySelector('input')?.focus();
          }}
          className="absolute right-1.5 rounded p-0.5 text-muted hover:bg-raised hover:text-text"
        >
          <CloseIcon className="size-3.5" />
        </button>
      ) : (
        shortcut && (
          <kbd className="pointer-events-none absolute right-2 rounded border border-line px-1 font-mono text-2xs text-muted max-md:hidden">
            {shortcut}
          </kbd>
        )
      )}
    </div>
  );
}
