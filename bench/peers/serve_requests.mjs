// A few requests to a server of Weft's, as OpenAI's client of npm sends them.
//   node bench/peers/serve_requests.mjs http://127.0.0.1:8080     (where npm's openai is installed)
// Prints a row a request; ends with status 1 where one was not answered as it should have been.
import OpenAI from 'openai';

const base = process.argv[2];
const client = new OpenAI({baseURL: base + '/v1', apiKey: process.env.WEFT_KEY ?? 'none', maxRetries: 0});
const models = (await client.models.list()).data;
const model = models[0].id;
const messages = [{role: 'user', content: 'Say:'}];
let wrong = 0;

async function row(what, request) {
  let said;
  try {
    said = (await request()) + ' | ok';
  } catch (failure) {
    wrong++;
    said = String(failure).slice(0, 120) + ' | WRONG';
  }
  console.log(`| openai (npm) | ${what} | ${said.replaceAll('\n', '\\n')} |`);
}

const prompted = fields => client.completions.create({model, prompt: 'Say:', max_tokens: 8, temperature: 0, ...fields});
const chatted = fields => client.chat.completions.create({model, messages, max_tokens: 8, temperature: 0, ...fields});

async function refused(param, request) {
  try {
    await request();
  } catch (failure) {
    if (failure.status === 400 && failure.param === param) {
      return `400, param=${failure.param}`;
    }
    throw failure;
  }
  throw new Error('200, and nothing said');
}

await row('completion', async () => JSON.stringify((await prompted({})).choices[0].text));
await row('completion, logprobs, echo', async () => {
  const scores = (await prompted({logprobs: 2, echo: true})).choices[0].logprobs;
  return `${scores.tokens.length} tokens, the first ${scores.token_logprobs[0]}`;
});
await row('completion, stream', async () => {
  let text = '';
  for await (const chunk of await prompted({stream: true})) text += chunk.choices[0]?.text ?? '';
  return JSON.stringify(text);
});
await row('chat', async () => JSON.stringify((await chatted({})).choices[0].message.content));
await row('chat, stream, usage', async () => {
  let text = '', usage;
  for await (const chunk of await chatted({stream: true, stream_options: {include_usage: true}})) {
    text += chunk.choices[0]?.delta?.content ?? '';
    usage = chunk.usage ?? usage;
  }
  return `${JSON.stringify(text)}, ${usage.completion_tokens} tokens`;
});
await row('chat, logprobs', async () =>
  `${(await chatted({logprobs: true, top_logprobs: 3})).choices[0].logprobs.content[0].top_logprobs.length} beside the first`);
await row('tools', () => refused('tools', () => chatted({tools: [{type: 'function', function: {name: 'f'}}]})));
await row('json_schema', () => refused('response_format', () =>
  chatted({response_format: {type: 'json_schema', json_schema: {name: 'n', schema: {}}}})));
await row('json_object', async () => {
  const {message, finish_reason} = (await chatted({response_format: {type: 'json_object'}, max_tokens: 200, temperature: 1, seed: 3})).choices[0];
  if (!message.content.trimStart().startsWith('{')) throw new Error(JSON.stringify(message.content));
  if (finish_reason === 'stop') JSON.parse(message.content);
  return JSON.stringify(message.content.slice(0, 40));
});
await row('best_of, n', async () => `${(await prompted({best_of: 3, n: 2, temperature: 1, seed: 5})).choices.length} choices`);
await row('a stream that is left', async () => {
  const stream = await prompted({stream: true, max_tokens: 200, temperature: 1, seed: 3});
  for await (const chunk of stream) {
    stream.controller.abort();
    return JSON.stringify(chunk.choices[0].text);
  }
});
if (models.some(one => one.id === 'vectors')) {
  await row('embeddings', async () => {
    const {data} = await client.embeddings.create({model: 'vectors', input: ['a cat', 'the sea']});
    const plain = await client.embeddings.create({model: 'vectors', input: ['a cat', 'the sea'], encoding_format: 'float'});
    const apart = Math.max(...data.flatMap((one, i) => one.embedding.map((x, j) => Math.abs(x - plain.data[i].embedding[j]))));
    if (!(apart < 1e-6)) throw new Error(`base64 and float are ${apart} apart`);
    return `${data.length} vectors of ${data[0].embedding.length}`;
  });
  await row('dimensions', () => refused('dimensions', () => client.embeddings.create({model: 'vectors', input: 'a', dimensions: 2})));
}
process.exit(wrong ? 1 : 0);
