/** A titled panel of the dashboard with a link to the whole. */
import { Link } from '@tanstack/react-router';
import { type ReactNode, useId } from 'react';

type Props = {
  title: ReactNode;
  link: { label: string; to: string; search?: Record<string, unknown> };
  children: ReactNode;
};

export function Section({ title, link, children }: Props) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="panel flex min-w-0 flex-col overflow-hidden">
      <div className="flex items-baseline justify-between gap-4 border-b border-line px-4 py-2.5">
        <h2 id={id} className="font-semibold">
          {title}
        </h2>
        <Link
          to={link.to}
          search={link.search}
          className="text-xs text-muted hover:text-text hover:underline"
        >
          {link.label}
        </Link>
      </div>
      {children}
    </section>
  );
}
