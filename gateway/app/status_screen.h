// `yht status` for people, on one screen: what is wrong first, then tables. Of many sources and destinations only those have a row that
// somebody should look at, the others are counted; where that is still too much, every table is cut alike and says where the rest is.
// Uses: status, terminal. Used by: commands_status.
#pragma once

#include <ostream>

#include "gateway/app/status.h"

namespace yht::app {

inline constexpr std::size_t kScreenLinesMax = 50;
inline constexpr std::size_t kAllShownMax = 12;  // more sources or destinations than that: only those that want a look

/// `found`: what troubles() says of it.
void printScreen(std::ostream& out, const Status& status, const std::vector<std::string>& found, base::UnixMillis now_ms);

}  // namespace yht::app
