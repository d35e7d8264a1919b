# One image for the API, the workers and the scripts; the command says which.
# Debian and not Alpine: Temporal's native core is built against glibc.
FROM node:24.21.0-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

FROM node:24.21.0-bookworm-slim
# The second as in stack/worker-flags.ts.
ENV NODE_ENV=production MALLOC_ARENA_MAX=2
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY . .
RUN node scripts/bundle-workflows.ts
USER node
EXPOSE 3000
CMD ["node", "--import", "./telemetry.ts", "api/main.ts"]
