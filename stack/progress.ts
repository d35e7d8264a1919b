import { moveCursor } from 'node:readline'
import type { WriteStream } from 'node:tty'

export type Progress = {
  /** What `title` is doing now. */
  say(title: string, state: string): void
  /** From now on a line per state: other lines have been printed below. */
  settle(): void
}

/**
 * Shows what each part is doing. On a terminal a line per part that changes in place; elsewhere, and once
 * settled, a line per state, without the counters that follow its colon.
 */
export function showProgress(out: NodeJS.WriteStream): Progress {
  const plain = lineByLine(out)
  let say = out.isTTY ? inPlace(out as WriteStream) : plain
  return {
    say: (title, state) => say(title, state),
    settle: () => (say = plain),
  }
}

function inPlace(out: WriteStream): Progress['say'] {
  const rows: string[] = []
  return (title, state) => {
    let row = rows.indexOf(title)
    if (row < 0) {
      row = rows.push(title) - 1
      out.write('\n')
    }
    const [line = ''] = `  ${title.padEnd(16)}${state}`.split('\n')
    const up = rows.length - row
    moveCursor(out, 0, -up)
    out.write(`\r\x1b[2K${line.slice(0, (out.columns || 120) - 1)}`)
    moveCursor(out, 0, up)
    out.write('\r')
  }
}

function lineByLine(out: NodeJS.WriteStream): Progress['say'] {
  const last = new Map<string, string>()
  return (title, state) => {
    const settled = state.replace(/: [\d MBs,]+$/, '')
    if (last.get(title) === settled) return
    last.set(title, settled)
    out.write(`  ${title.padEnd(16)}${settled}\n`)
  }
}
