" SPDX-License-Identifier: AGPL-3.0-or-later
" Policies of Portvakt: files named *.policy whose first words are `policy 1`. PolicyKit has files of
" that name too, so a file is taken for ours only by what it says, or in policy.d while it is new.

function! s:Detect() abort
  for l:line in getline(1, 200)
    if l:line =~# '^\s*\(#.*\)\?$'
      continue
    endif
    if l:line =~# '^\s*policy\s\+\d'
      set filetype=portvakt-policy
    endif
    return
  endfor
  if expand('<afile>:p') =~# '/policy\.d/'
    set filetype=portvakt-policy
  endif
endfunction

autocmd BufNewFile,BufRead *.policy call s:Detect()
