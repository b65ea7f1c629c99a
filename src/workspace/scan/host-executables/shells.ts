/** Shells, terminals, and interactive programs that read settings from the folder they start in. */
export const shellFiles = `
shell start files
  bash | .bashrc .bash_profile .bash_login .bash_logout .bash_aliases .bash_functions .bash_completion .bashrc.d/ .profile | bash(1),
      invocation
  zsh | .zshrc .zshenv .zprofile .zlogin .zlogout .zpreztorc .p10k.zsh .zimrc .zshrc.local .zsh/ .oh-my-zsh/ .zfunc/ *.zwc | zsh(1),
      startup/shutdown files
  fish | config.fish fish/conf.d/ fish/functions/ fish/completions/ .fishrc | fishshell.com/docs/current/language.html#configuration-files
  ksh, tcsh, mksh, dash | .kshrc .mkshrc .cshrc .tcshrc .login .logout .cshdirs .shinit .shrc | tcsh(1), startup and shutdown
  Nushell, Elvish, Xonsh, Oil | config.nu env.nu login.nu rc.elv .xonshrc rc.xsh .oilrc oshrc .nurc | www.nushell.sh/book/configuration.html
  PowerShell | *profile.ps1 *.psrc *.pssc *.psd1 *.psm1 |
      learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_profiles
  login | .pam_environment .xinitrc .xsession .xsessionrc .xprofile .xserverrc .xresources .xdefaults .dmrc | environment.d(5),
      pam_env.conf(5)
  readline | .inputrc .editrc .haskeline | readline(3), initialization file
  prompts | starship.toml .starship.toml *.omp.json .oh-my-posh.json .liquidpromptrc | starship.rs/config/#custom-commands
search and shell tools
  ripgrep | .ripgreprc | rg(1), configuration files
  curl | .curlrc _curlrc | curl(1), --config
  wget | .wgetrc .wget2rc | wget(1), files
  ack, ag, ugrep | .ackrc .agignore .ugrep | ack(1), ackrc location semantics
  GNU Screen | .screenrc | screen(1), customization
  tmux | .tmux.conf .tmux.conf.local .tmux/ .tmuxinator.yml .tmuxinator.yaml .tmuxinator/ .tmuxp.yaml .tmuxp.yml .tmuxp.json .tmuxp/
      .smug.yml .tmuxifier/ | tmux(1), files
  Zellij, kitty, WezTerm, Alacritty | zellij.kdl .zellij.kdl kitty.conf *.kitty-session .wezterm.lua wezterm.lua .alacritty.toml
      alacritty.toml alacritty.yml ghostty.conf | zellij.dev/documentation/creating-a-layout
  overmind, hivemind, foreman | procfile procfile.* .overmind.env .foreman | github.com/DarthSim/overmind#overmind-environment
  process-compose, mprocs, pm2 | process-compose.yaml process-compose.yml process-compose.*.yaml mprocs.yaml mprocs.json ecosystem.config.*
      pm2.config.* pm2.json processes.json .solo.yml | f1bonacc1.github.io/process-compose/launcher
  less, lesspipe | .lessfilter .lesskey .lesspipe .lesshst | lesspipe(1), lesskey(1)
  entr, watchexec, bacon, modd | .watchexec modd.conf bacon.toml .bacon-locations .entrrc .watchr watchr.rb | dystroy.org/bacon/config
  watchman | .watchmanconfig | facebook.github.io/watchman/docs/config
  ssh | .ssh/config .ssh/rc .ssh/environment ssh_config sshrc | ssh_config(5), ProxyCommand
  GnuPG | gpg.conf gpg-agent.conf dirmngr.conf .gnupg/ | gpg(1), files
  parallel, sshrc, mosh | .parallel/ .sshrc.d/ | parallel(1), files
  midnight commander, ranger, lf, yazi | rc.conf lfrc .lfrc yazi.toml .mc/ .mc.menu mc.ext.ini | mc(1), user menu
  mutt, procmail, aerc | .muttrc .neomuttrc .procmailrc .mailcap .mailrc .fetchmailrc .msmtprc .mbsyncrc .offlineimaprc .forward |
      mailcap(4)
  cron | crontab .crontab | crontab(5)
  units of launchd | launchagents/ launchdaemons/ | launchd.plist(5)
  VisiData, jq, miller, xplr | .visidatarc .jq .mlrc xplr.config.lua | visidata.org/docs/customize, jq(1)
  gh, glab, hub | .config/gh/ .glab-cli/ .gh-dash.yml | cli.github.com/manual/gh_alias_set
debugger settings
  GDB | .gdbinit gdbinit .gdbearlyinit .gdb_history *-gdb.py *-gdb.gdb *-gdb.scm .gdb/ |
      sourceware.org/gdb/current/onlinedocs/gdb.html/Init-File-in-the-Current-Directory.html
  LLDB | .lldbinit .lldbinit-* lldbinit | lldb.llvm.org/man/lldb.html#configuration-files
  pdb, ipdb, pudb | .pdbrc .pdbrc.py .pudbrc .ipdb | docs.python.org/3/library/pdb.html
  Delve, rr, radare2, Valgrind | .dlv/ .radare2rc .rizinrc .valgrindrc .dbxrc .windbg *.wds |
      valgrind.org/docs/manual/manual-core.html#manual-core.defopts
  strace, perf, bpftrace | .perfconfig .bpftracerc .straceignore | perf-config(1)
  OpenOCD, probe-rs | openocd.cfg embed.toml .embed.toml probe-rs.toml | openocd.org/doc/html/Running.html
  Frida, mitmproxy | .frida fridarc mitmproxy.yaml | docs.mitmproxy.org/stable/concepts/options
interactive programs
  gnuplot | .gnuplot .gnuplot_init gnuplot.ini | gnuplot.sourceforge.net/docs_4.2/node68.html
  Octave, Maxima, Scilab | .octaverc octaverc maxima-init.lisp maxima-init.mac .maxima/ scilab.ini .scilab |
      docs.octave.org/latest/Startup-Files.html
  Gnu bc, PARI, GAP, Sage | .gprc gaprc .gap/ init.sage .sage/ .bcrc | pari.math.u-bordeaux.fr/dochtml/html/GP_defaults.html
  SQLite, DuckDB | .sqliterc .duckdbrc | sqlite.org/cli.html#command_line_options
  psql, mysql | .psqlrc .psqlrc-* .my.cnf my.cnf .pg_service.conf .mylogin.cnf .usqlrc .pgclirc .mycli.ini .myclirc |
      www.postgresql.org/docs/current/app-psql.html
  SQL*Plus, Hive, Cassandra | login.sql glogin.sql .hiverc .beeline/ cqlshrc .cqlshrc .snowsql/ .sqlcmdrc |
      docs.oracle.com/en/database/oracle/oracle-database/19/sqpug/configuring-SQL-Plus.html
  mongosh, redis-cli | .mongorc.js .mongoshrc.js mongosh.conf .redisclirc | www.mongodb.com/docs/mongodb-shell/mongoshrc
  Mathematica, Maple | init.m .mapleinit mapleinit | reference.wolfram.com/language/tutorial/Initialization
  Stata, SAS, SPSS | profile.do sysprofile.do autoexec.sas sasv9.cfg | www.stata.com/manuals/gswb.pdf
  Lilypond, ImageMagick, Ghostscript | policy.xml delegates.xml init.ly | imagemagick.org/script/resources.php
  TeX | latexmkrc .latexmkrc texmf.cnf .texmf-var/ .chktexrc chktexrc .indentconfig.yaml localsettings.yaml arara.yaml .araraconfig.yaml
      .arararc.yaml build.lua | latexmk(1), configuration/initialization files
  mpv, mplayer | mpv.conf .mplayer/ | mpv.io/manual/stable/#file-specific-configuration-files
desktop starters
  freedesktop | *.desktop .directory | specifications.freedesktop.org/desktop-entry-spec
  Windows | autorun.inf desktop.ini *.lnk *.url *.scf *.library-ms *.searchconnector-ms *.appref-ms *.settingcontent-ms *.pif *.hta *.theme
      | learn.microsoft.com/windows/win32/shell/how-to-customize-folders-with-desktop-ini
  macOS | *.command *.scpt *.applescript *.workflow/ *.webloc *.inetloc *.fileloc *.terminal *.action/ *.mobileconfig |
      support.apple.com/guide/terminal/welcome/mac
  file managers | actions.xml servicemenus/ | develop.kde.org/docs/apps/dolphin/service-menus
`;
