/** Work for `sync_users`, sent through the sync topic. A message names documents; what to do stands in those. */

import { codeOf } from '../domain/failure.ts';
import type { Ports } from '../ports.ts';

export type Message =
  /** Work on this run of the customer's sync. */
  | { customer: string; sync: string }
  /** Purge what the deleted customer has left behind. */
  | { customer: string; purge: true }
  /** Go on with this operation. */
  | { operation: string };

/** @throws Failure `queue_unavailable` */
export async function sendMessage({ queue, settings }: Pick<Ports, 'queue' | 'settings'>, message: Message) {
  await queue.publish(settings.syncTopic, { data: message });
}

/**
 * Sends what a commit has asked for. Never throws: the documents say what is still to be done, and the scheduled pass sends
 * the message again.
 */
export async function sendMessages(ports: Pick<Ports, 'queue' | 'settings' | 'log'>, messages: Message[]) {
  for (const message of messages) {
    await sendMessage(ports, message).catch((error) =>
      ports.log.warn('message_not_sent', { ...message, code: codeOf(error) }),
    );
  }
}
