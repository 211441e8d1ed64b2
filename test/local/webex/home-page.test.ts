import { expect, it } from 'vitest';
import { webexForTest } from './fixture.ts';

it('shows the accounts, the integrations and the control operations, escaped', async () => {
  const { url, control } = await webexForTest();
  const id = '99999999-8888-4777-8666-555555555555';
  control.addOrganization({ id, name: '<b>Initech & Sons</b>', people: 1 });
  const response = await fetch(url);
  const page = await response.text();
  expect(response.headers.get('content-type')).toContain('text/html');
  for (const text of ['admin@acme.example', 'webex-local', 'local-client', 'POST people', `${url}/v1`]) {
    expect(page).toContain(text);
  }
  expect(page).toContain('&lt;b&gt;Initech &amp; Sons&lt;/b&gt;');
});
