/** The head of a page: where one is, its title, and what can be done. */
import { Link } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';

type Props = {
  title: ReactNode;
  /** The title of the document, when the visible one is not a text. */
  documentTitle?: string;
  parents?: { label: string; to: string }[];
  actions?: ReactNode;
  children?: ReactNode;
};

export function PageHeader({ title, documentTitle, parents, actions, children }: Props) {
  useDocumentTitle(documentTitle ?? (typeof title === 'string' ? title : undefined));
  return (
    <header className="flex flex-col gap-1.5 px-4 pt-4 pb-3 md:px-6">
      {parents && (
        <nav aria-label="Breadcrumb" className="flex min-w-0 items-center gap-1.5 text-xs text-muted">
          {parents.map((parent, index) => (
            <span key={parent.to} className="flex min-w-0 items-center gap-1.5">
              {index > 0 && <span aria-hidden="true">/</span>}
              <Link to={parent.to} className="truncate hover:text-text hover:underline">
                {parent.label}
              </Link>
            </span>
          ))}
        </nav>
      )}
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <h1 className="flex min-w-0 items-center gap-3 text-lg leading-7 font-semibold tracking-tight">
          {title}
        </h1>
        {actions && <div className="ml-auto flex items-center gap-2">{actions}</div>}
      </div>
      {children}
    </header>
  );
}

function useDocumentTitle(title: string | undefined): void {
  useEffect(() => {
    if (title) document.title = `${title} · Milliways`;
  }, [title]);
}
