import { describe, expect, it } from 'vitest';
import { isDocumentId } from '../../../shared/domain/document-id.ts';

describe('the id of a document', () => {
  it.each(['a', '0b2f1c9e-6d0a-4a4e-9f0c-2b8f5f1f7a10', '__a', 'a__', '___', '...', 'é'.repeat(750), 'a:b.c'])(
    'may be %s',
    (id) => expect(isDocumentId(id)).toBe(true),
  );

  it.each(['', '.', '..', '____', '__x__', '__a\nb__', 'a/b', '/', '\ud800', 'é'.repeat(751)])('may not be %j', (id) =>
    expect(isDocumentId(id)).toBe(false),
  );
});
