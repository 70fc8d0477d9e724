// Tickets by a telephone number (号码查询), as a control command:
//   tickets.find_phone  {"number": the ledger's keyed digest of the number, 64 hexadecimal digits}
//     {"more":flag,"records":count,"stand_alone":[seq…],"tickets":[number…]}   the newest first; "more": not all of them
// Who asks makes the digest (View::phoneDigest()): the number itself is in no request, no audit entry and no log. Whoever holds the
// ledger's keys and a number can tell later whether an entry was about it.
// That somebody has a ticket is told by it, so a second person is wanted as for whatever uncovers personal data.
// Uses: control, ledger. Used by: control_client, the commands of app.
#pragma once

#include <vector>

#include "gateway/app/control.h"

namespace yht::app {

inline constexpr const char* kFindPhone = "tickets.find_phone";

inline constexpr std::size_t kPhoneRecordsMax = 100'000;  // looked at
inline constexpr std::size_t kPhoneTicketsMax = 500;      // told, and so many stand-alone records

std::vector<ControlCommand> phoneCommands();

}  // namespace yht::app
