/**
 * Of Node, for workers: without bounds V8 lets garbage grow to several times what lives, as long as the machine has
 * memory. `docker-compose.yml` gives the same.
 */
export const WORKER_FLAGS = ['--max-semi-space-size=8', '--max-old-space-size=512']
