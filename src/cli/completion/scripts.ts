/**
 * What a shell has to be told once: ask `sluice complete` with the words as they stand, as plain arguments. No word of a person or of
 * the daemon is ever evaluated.
 */
export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

const BASH = `# bash completion for sluice: source <(sluice completion bash)
_sluice() {
  local line value
  COMPREPLY=()
  while IFS= read -r line; do
    value=\${line%%$'\\t'*}
    [[ -n $value && $value == "\${COMP_WORDS[COMP_CWORD]}"* ]] && COMPREPLY+=("$value")
  done < <("$1" complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _sluice sluice
`

// Sourced, or put into a folder of fpath as `_sluice`: then its first call only defines it, and must go on to itself.
const ZSH = `#compdef sluice
# zsh completion for sluice: source <(sluice completion zsh)
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
_sluice() {
  local -a found
  local line value told
  while IFS= read -r line; do
    value=\${line%%$'\\t'*} told=\${line#*$'\\t'}
    found+=("$value\${told:+:$told}")
  done < <("\${words[1]}" complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#found} )); then _describe sluice found; else _files; fi
}
if [[ $funcstack[1] == _sluice ]]; then _sluice; else compdef _sluice sluice; fi
`

const FISH = `# fish completion for sluice: sluice completion fish | source
function __sluice_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    sluice complete -- $words[2..-1] "$current" 2>/dev/null
end
complete -c sluice -f -a '(__sluice_complete)'
complete -c sluice -n '__fish_seen_subcommand_from validate judge' -F
complete -c sluice -n '__fish_seen_subcommand_from serve validate' -l config -r -F
`

export function scriptOf(shell: Shell): string {
  switch (shell) {
    case 'bash':
      return BASH
    case 'zsh':
      return ZSH
    case 'fish':
      return FISH
  }
}
