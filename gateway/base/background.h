// Work that may wait. Uses: -. Used by: app.
#pragma once

namespace yht::base {

/// From now on the calling thread has a processor when nobody else in the process wants one. Linux; without the right it changes nothing.
void workInBackground();

}  // namespace yht::base
