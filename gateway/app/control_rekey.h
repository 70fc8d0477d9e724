// Rotation of the KEK (密钥加密密钥轮换), as a control command:
//   ledger.rekey  {"to": name of the KEK}
//     {"done":flag,"entries":count,"entries_last":count,"files":count,"files_clean":flag,"former":[name…],"ledger":"live" or "trial",
//      "rewrapped":count,"tickets":count,"tickets_last":count,"unreadable":count}
//     A portion of bounded length a call; the caller asks again until "done". `tickets` and `entries` say how far it has come;
//     files, rewrapped, unreadable: of this call
// The live ledger first, then its attachments, then the same of the trial ledger. `to` is the KEK of who asks: a gateway that was
// not started with it is told so. The first portion leaves the command's audit entry; the last one an entry that says
// {"former":names,"state":"ended","to":name}, in the commit after which the former KEK is not wanted any more. Portions
// between leave none.
// Uses: control, ledger, attachments. Used by: control_ledger.
#pragma once

#include "gateway/app/control.h"

namespace yht::app {

inline constexpr const char* kRekeyLedger = "ledger.rekey";

ControlCommand rekeyCommand();

}  // namespace yht::app
