/** Which texts can be the id of a stored document. Pure: the API judges ids by it before they reach a store. */

const maxBytes = 1500;
const reserved = /^__.*__$/s;

/** @see https://firebase.google.com/docs/firestore/quotas#collections_documents_and_fields */
export function isDocumentId(text: string): boolean {
  return (
    text !== '' &&
    text !== '.' &&
    text !== '..' &&
    !text.includes('/') &&
    !reserved.test(text) &&
    text.isWellFormed() &&
    Buffer.byteLength(text) <= maxBytes
  );
}
