import { moveCursor } from 'node:readline'
import type { WriteStream } from 'node:tty'

export type Progress = (title: string, state: string) => void

/**
 * Shows what each part is doing. On a terminal a line per part that changes in place; elsewhere a line
 * per state, without the counters that follow its colon.
 */
export function showProgress(out: NodeJS.WriteStream): Progress {
  return out.isTTY ? inPlace(out as WriteStream) : lineByLine(out)
}

function inPlace(out: WriteStream): Progress {
  const rows: string[] = []
  return (title, state) => {
    let row = rows.indexOf(title)
    if (row < 0) {
      row = rows.push(title) - 1
      out.write('\n')
    }
    const up = rows.length - row
    moveCursor(out, 0, -up)
    out.write(`\r\x1b[2K${`  ${title.padEnd(16)}${state}`.slice(0, out.columns - 1)}`)
    moveCursor(out, 0, up)
    out.write('\r')
  }
}

function lineByLine(out: NodeJS.WriteStream): Progress {
  const last = new Map<string, string>()
  return (title, state) => {
    const settled = state.replace(/: [\d MBs,]+$/, '')
    if (last.get(title) === settled) return
    last.set(title, settled)
    out.write(`  ${title.padEnd(16)}${settled}\n`)
  }
}
