/** The functions-framework and nothing else. */

export function hello(_request, response) {
  response.send('Hello');
}
