import type { NotificationData } from '@mantine/notifications';
import { lazy, Suspense, useEffect, useState } from 'react';
import { messageOf } from './refusal.ts';

const load = () => import('./toasts.tsx');
const Toasts = lazy(load);
let show = () => {};

/** Where notifications appear; fetched with the first of them. */
export function ToastOutlet() {
  const [wanted, setWanted] = useState(false);
  useEffect(() => {
    show = () => setWanted(true);
  }, []);
  return wanted ? (
    <Suspense>
      <Toasts />
    </Suspense>
  ) : null;
}

export async function notify(notification: NotificationData): Promise<void> {
  show();
  const { notifications } = await load();
  notifications.show(notification);
}

/** For what a button was to do and did not. */
export const notifyFailure = (title: string) => (error: Error) =>
  void notify({ color: 'red', title, message: messageOf(error) });
