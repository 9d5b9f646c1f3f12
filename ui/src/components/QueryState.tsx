/** Shows an answer, or why there is none yet: loading, error, server away. */
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { UnplugIcon, WarningIcon } from './icons';
import { Notice } from './Notice';

type Props<T> = {
  query: Pick<UseQueryResult<T>, 'data' | 'error' | 'isPending' | 'refetch'>;
  loading: ReactNode;
  children: (data: T) => ReactNode;
};

/** Data that is there is shown even if its last refetch failed: the banner of the page says that. */
export function QueryState<T>({ query, loading, children }: Props<T>) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.error) return <Problem error={query.error} onRetry={() => void query.refetch()} />;
  return <>{loading}</>;
}

export function Problem({ error, onRetry }: { error: Error; onRetry?: () => void }) {
  const isAway = error.name === 'ServerAwayError';
  return (
    <Notice
      isAlert
      icon={isAway ? <UnplugIcon /> : <WarningIcon />}
      title={isAway ? 'The server does not answer' : 'This could not be loaded'}
      action={onRetry && { label: 'Try again', onClick: onRetry }}
    >
      {isAway ? 'What you see here comes back by itself as soon as the server does.' : error.message}
    </Notice>
  );
}
