/** The headers that decide whether a request is performed: `Idempotency-Key` and `If-Match`. */

import { Failure } from '../../../shared/domain/failure.ts';
import { notValid } from './validation.ts';

/**
 * @throws Failure `invalid_request`
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 */
export function idempotencyKey(header: string | undefined): string | undefined {
  if (header === undefined || /^[\x21-\x7e]{1,255}$/.test(header)) return header;
  throw notValid([{ pointer: '/Idempotency-Key', detail: 'must be 1 to 255 visible ASCII characters' }]);
}

/**
 * Whether `If-Match` names an ETag; undefined for `*`. A weak ETag never matches. The ETag is also accepted without quotes,
 * as the record's field `etag` shows it.
 * @throws Failure `version_required`, `invalid_request`
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1
 */
export function ifMatch(header: string | undefined): ((etag: string) => boolean) | undefined {
  if (header === undefined) {
    throw new Failure('version_required', 'If-Match is required: the ETag that you read, or * for any state.');
  }
  if (header.trim() === '*') return undefined;
  const tags = header.split(',').map((tag) => tag.trim());
  if (!tags.every((tag) => /^((W\/)?"[\x21\x23-\x7e]*"|[\w-]+)$/.test(tag))) {
    throw notValid([{ pointer: '/If-Match', detail: 'must be ETags, or *' }]);
  }
  return (etag) => tags.includes(`"${etag}"`) || tags.includes(etag);
}
