// Fastify and pg as its manual shows them; the body leaves as the text that Postgres holds.
import Fastify from 'fastify'
import pg from 'pg'

const pool = new pg.Pool({ connectionString: process.env.READER_URL, max: 8 })
const app = Fastify({ logger: false })

const ONE = { name: 'one', text: 'SELECT body::text FROM bench.town WHERE acv_id = $1' }
const LIST = {
  name: 'list',
  text: 'SELECT acv_id, body::text FROM bench.town WHERE acv_id > $1 ORDER BY acv_id LIMIT $2'
}

app.get('/v1/towns/:code', async (request, reply) => {
  const { rows } = await pool.query({ ...ONE, values: [request.params.code] })
  if (rows.length === 0) return reply.code(404).send({ title: 'no such town' })
  return reply.type('application/json').send(rows[0].body)
})

const page = {
  querystring: {
    type: 'object',
    properties: {
      limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
      after: { type: 'string', default: '' }
    }
  }
}

app.get('/v1/towns', { schema: page }, async (request, reply) => {
  const { limit, after } = request.query
  const { rows } = await pool.query({ ...LIST, values: [after, limit + 1] })
  const items = rows.slice(0, limit)
  const last = items.at(-1)?.acv_id
  const next = rows.length > limit ? `,"next":"/v1/towns?limit=${limit}&after=${last}"` : ''
  return reply
    .type('application/json')
    .send(`{"items":[${items.map((row) => row.body).join(',')}]${next}}`)
})

await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' })
