" SPDX-License-Identifier: AGPL-3.0-or-later
" Editing policies of Portvakt: comments, indent, and `gq` by `portvakt policy fmt`.

if exists('b:did_ftplugin')
  finish
endif
let b:did_ftplugin = 1

setlocal comments=:# commentstring=#\ %s
setlocal expandtab shiftwidth=4 softtabstop=4 textwidth=100
setlocal formatoptions-=t
setlocal iskeyword=@,48-57,_,192-255,-
setlocal autoindent smartindent
if executable('portvakt')
  setlocal equalprg=portvakt\ policy\ fmt\ -
endif

let b:undo_ftplugin = 'setlocal comments< commentstring< expandtab< shiftwidth< softtabstop<'
      \ . ' textwidth< formatoptions< iskeyword< autoindent< smartindent< equalprg<'
