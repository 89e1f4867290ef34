import { lazy, type ReactNode, Suspense } from 'react';

export interface ConfirmProps {
  title: ReactNode;
  action: string;
  loading: boolean;
  onConfirm: () => void;
  onClose: () => void;
  children: ReactNode;
}

const ConfirmOpened = lazy(() => import('./confirm-opened.tsx'));

/** Asks once more before what cannot be taken back. */
export function Confirm(props: ConfirmProps) {
  return (
    <Suspense fallback={null}>
      <ConfirmOpened {...props} />
    </Suspense>
  );
}
