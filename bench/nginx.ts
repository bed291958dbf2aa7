/** nginx as a plain reverse proxy: one worker, kept-alive upstream connections, nothing written to disk. */

import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { freePort, listening, start, type Running } from './processes.ts'

export interface ProxyUnderTest {
  readonly port: number
  readonly program: Running
  readonly version: string
}

/** Undefined when it is not installed. */
export function nginxVersion(): string | undefined {
  const answer = spawnSync('nginx', ['-v'], { encoding: 'utf8', env: withSbin() })
  return /nginx\/(\S+)/.exec(answer.stderr ?? '')?.[1]
}

export const NGINX_HINT = 'nginx was not found; install it with: apt-get install -y nginx-light'

export async function startNginx(
  folder: string,
  upstreamPort: number,
  cpu: number | undefined,
): Promise<ProxyUnderTest> {
  const version = nginxVersion()
  if (version === undefined) throw new Error(NGINX_HINT)
  const port = await freePort()
  const file = join(folder, 'nginx.conf')
  writeFileSync(file, nginxConfig({ folder, port, upstreamPort, asRoot: process.getuid?.() === 0 }))
  const program = start({
    command: 'nginx',
    args: ['-p', folder, '-e', join(folder, 'error.log'), '-c', file],
    env: { PATH: withSbin().PATH },
    ...(cpu === undefined ? {} : { cpu }),
  })
  await listening(program, port)
  return { port, program, version }
}

export function nginxConfig(site: {
  readonly folder: string
  readonly port: number
  readonly upstreamPort: number
  readonly asRoot: boolean
}): string {
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `daemon off;
worker_processes 1;
pid ${site.folder}/nginx.pid;
error_log ${site.folder}/error.log warn;
${site.asRoot ? 'user root;\n' : ''}events { worker_connections 8192; }
http {
  access_log off;
${temp.map((name) => `  ${name}_temp_path ${site.folder}/${name};`).join('\n')}
  tcp_nodelay on;
  keepalive_requests 100000000;
  keepalive_timeout 300s;
  client_body_buffer_size 128k;
  upstream up {
    server 127.0.0.1:${site.upstreamPort};
    keepalive 256;
    keepalive_requests 100000000;
  }
  server {
    listen 127.0.0.1:${site.port} backlog=2048;
    location / {
      proxy_pass http://up;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_read_timeout 300s;
    }
    # The same, for streams: what arrives is sent on at once.
    location /unbuffered/ {
      proxy_pass http://up/;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_read_timeout 300s;
      proxy_buffering off;
    }
  }
}
`
}

/** Debian keeps nginx where users' paths often do not look. */
function withSbin(): { readonly PATH: string } {
  return { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin` }
}
