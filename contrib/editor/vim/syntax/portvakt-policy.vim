" SPDX-License-Identifier: AGPL-3.0-or-later
" The words of portvakt-policy(5). A test compares the lists with the parser's own.

if exists('b:current_syntax')
  finish
endif

syntax case match
syntax iskeyword @,48-57,_,192-255,-

" what begins a rule
syntax keyword portvaktRule policy huvudman release never service tag expect

" what begins a line of a rule
syntax keyword portvaktClause to for give inform ask silent because basis agreement from until
syntax keyword portvaktClause demand approved by two new pass
syntax keyword portvaktClause asks subject needs signal rename value lower-case guard issuer scope
syntax keyword portvaktClause start sign encrypt requests

" what joins and narrows
syntax keyword portvaktJoin and or except only in at on of is if as also without

" who
syntax keyword portvaktPeople protected test student teacher staff guardian everyone
syntax keyword portvaktWhere grade gymnasium group unit

" where
syntax keyword portvaktWhere client category registered-by federation protocol any saml oidc

" what, and how
syntax keyword portvaktGift login requested required unasked anything beginning kind
syntax keyword portvaktHow transient pairwise format attribute ascii size bytes
syntax keyword portvaktHow response assertion both always when-possible signed unsigned

" what is expected
syntax keyword portvaktExpect gets nothing refused asked informed

syntax match portvaktNumber /\<\d\+\(-\d\+\)\?\>/
syntax match portvaktDay /\<\d\{4}-\d\d-\d\d\>/
syntax match portvaktEscape /\\["\\]/ contained
syntax match portvaktPart /{[a-z]\+}/ contained
syntax region portvaktText start=/"/ skip=/\\["\\]/ end=/"/ oneline contains=portvaktEscape,portvaktPart
syntax keyword portvaktTodo TODO FIXME XXX contained
syntax match portvaktComment /#.*$/ contains=portvaktTodo,@Spell
syntax region portvaktBlock start=/{/ end=/}/ transparent fold

highlight default link portvaktRule Statement
highlight default link portvaktClause Keyword
highlight default link portvaktJoin Operator
highlight default link portvaktPeople Type
highlight default link portvaktWhere Type
highlight default link portvaktGift Constant
highlight default link portvaktHow Constant
highlight default link portvaktExpect Statement
highlight default link portvaktNumber Number
highlight default link portvaktDay Number
highlight default link portvaktText String
highlight default link portvaktEscape SpecialChar
highlight default link portvaktPart SpecialChar
highlight default link portvaktTodo Todo
highlight default link portvaktComment Comment

let b:current_syntax = 'portvakt-policy'
