#include "gateway/app/system_log.h"

#include <syslog.h>

namespace yht::app {

void writeSystemLog(const std::string& line) {
    ::openlog("yihaotong", LOG_PID, LOG_AUTHPRIV);
    ::syslog(LOG_NOTICE, "%s", line.c_str());
}

}  // namespace yht::app
