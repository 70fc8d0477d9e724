#include "gateway/base/background.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace yht::base {
namespace {

constexpr int kNiceness = 15;

}  // namespace

void workInBackground() { static_cast<void>(::setpriority(PRIO_PROCESS, static_cast<id_t>(::syscall(SYS_gettid)), kNiceness)); }

}  // namespace yht::base
