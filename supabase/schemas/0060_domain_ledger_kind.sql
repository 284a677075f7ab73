create domain private.ledger_kind as text
constraint entry_kind_is_known check (value in ('reserve', 'release', 'settle'));

comment on domain private.ledger_kind is 'What an entry of the ledger does.';
