_ganctl_completion() {
    local IFS=$'
'
    COMPREPLY=( $( env COMP_WORDS="${COMP_WORDS[*]}" \
                   COMP_CWORD=$COMP_CWORD \
                   _GANCTL_COMPLETE=complete_bash $1 ) )
    return 0
}

complete -o default -F _ganctl_completion ganctl
