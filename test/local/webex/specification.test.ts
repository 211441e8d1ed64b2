import { existsSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { webexId } from '../../../local/webex/ids.ts';
import { acme, webexForTest } from './fixture.ts';

/** The official description of the calls; not part of this repository. */
const file = new URL('../../../../shared/webex/openapi-extract.json', import.meta.url);

/** Where Webex's own answers are known to differ from its description: `null` where it names a type. */
const nullInPractice = ['notFoundIds', 'consumedByUsers', 'consumedByWorkspaces'];

/** A schema of OpenAPI 3.0 as JSON Schema: `nullable` becomes a type, and properties that nobody described are told. */
function converted(schema: unknown, name = ''): unknown {
  if (Array.isArray(schema)) return schema.map((part) => converted(part));
  if (typeof schema !== 'object' || schema === null) return schema;
  const { nullable, ...rest } = Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      key === 'properties'
        ? Object.fromEntries(Object.entries(value).map(([property, of]) => [property, converted(of, property)]))
        : converted(value),
    ]),
  );
  const strict = rest.type === 'object' && rest.properties ? { additionalProperties: false, ...rest } : rest;
  return nullable || nullInPractice.includes(name) ? { anyOf: [strict, { type: 'null' }] } : strict;
}

describe.skipIf(!existsSync(file))('the official description', () => {
  it('holds for every answer', async () => {
    const { components } = converted(JSON.parse(readFileSync(file, 'utf8'))) as { components: object };
    const ajv = new Ajv({ strict: false, allErrors: true });
    addFormats.default(ajv);
    ajv.addSchema({ $id: 'webex', components });
    const { get, control, url } = await webexForTest();
    // Real answers have booleans; the description says strings.
    control.settings({ booleansAsStrings: true });
    const scopes = ['identity:tokens_read'];
    const tokens = control.grant({ orgId: acme, scopes }).access_token;
    const someone = [...control.peopleList(acme)][5]!.id;
    const answers: [string, string, unknown][] = [
      ['/v1/people', 'PersonCollectionResponse', (await get('/v1/people?max=250&callingData=true')).body],
      ['/v1/people?id', 'PersonCollectionResponse', (await get(`/v1/people?id=x`)).body],
      ['/v1/people/me', 'Person', (await get('/v1/people/me')).body],
      ['/v1/people/{id}', 'Person', (await get(`/v1/people/${webexId('PEOPLE', someone)}?callingData=true`)).body],
      ['/v1/licenses', 'LicenseCollectionResponse', (await get('/v1/licenses')).body],
      ['/v1/roles', 'RoleCollectionResponse', (await get('/v1/roles')).body],
      ['/v1/organizations', 'OrganizationCollectionResponse', (await get('/v1/organizations')).body],
      ['/v1/organizations/{id}', 'Organization', (await get(`/v1/organizations/${acme}`)).body],
      [
        '/v1/authorizations',
        'ListAuthorizations',
        (await get('/v1/authorizations?personEmail=admin@acme.example', tokens)).body,
      ],
      ['SCIM', 'SearchUserResponse', (await get(`/identity/scim/${acme}/v2/Users?count=250`)).body],
      ['401', 'Error', await (await fetch(`${url}/v1/people`)).json()],
      ['404', 'Error', (await get('/v1/nowhere')).body],
    ];
    for (const [call, schema, answer] of answers) {
      const validate = ajv.compile({ $ref: `webex#/components/schemas/${schema}` });
      validate(answer);
      expect(validate.errors?.slice(0, 3) ?? [], call).toEqual([]);
    }
  });
});
