" SPDX-License-Identifier: AGPL-3.0-or-later
" Editing policies of Portvakt: comments, indent, and :PortvaktFmt, which lays the text out by
" `portvakt policy fmt` and leaves it alone if that cannot read it.

if exists('b:did_ftplugin')
  finish
endif
let b:did_ftplugin = 1

setlocal comments=:# commentstring=#\ %s
setlocal expandtab shiftwidth=4 softtabstop=4 textwidth=100
setlocal formatoptions-=t
setlocal iskeyword=@,48-57,_,192-255,-
setlocal autoindent smartindent

if !exists('*s:Format')
  function s:Format() abort
    let l:old = getline(1, '$')
    let l:new = systemlist('portvakt policy fmt -', l:old)
    if v:shell_error
      echohl ErrorMsg | echo join(l:new, "\n") | echohl None
      return
    endif
    let l:view = winsaveview()
    call setline(1, l:new)
    if len(l:old) > len(l:new)
      execute 'silent ' . (len(l:new) + 1) . ',$delete _'
    endif
    call winrestview(l:view)
  endfunction
endif
command! -buffer PortvaktFmt call s:Format()

let b:undo_ftplugin = 'setlocal comments< commentstring< expandtab< shiftwidth< softtabstop<'
      \ . ' textwidth< formatoptions< iskeyword< autoindent< smartindent<'
      \ . ' | delcommand PortvaktFmt'
