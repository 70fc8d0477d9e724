// Files of a credential switched for others (凭据切换), all or none: whoever looks finds the old certificate with the old key or the new
// with the new, after a crash as well, and what stood there before stays beside it.
//   TARGET.next      the new content, on the disk before anything is renamed
//   TARGET.previous  what stood there before
//   NOTES/certificates.switch   the renames that are under way, a line each: FROM tab TO; gone when all are done. NOTES is
//                               ledger.directory: the deployment itself stays closed to the gateway's account
// Whoever finds that note finishes it first.
// Uses: private_file, base. Used by: control_certs, main.cpp.
#pragma once

#include <string>
#include <vector>

#include "gateway/base/result.h"

namespace yht::app {

struct FileSwitch {
    std::string target;   // path of the file in use
    std::string content;  // what it is to hold
    bool secret = false;  // mode 600, else 644
};

/// Finishes what a crash left. `notes`: the folder of the note, here and below. Errors: IoFailed.
base::Status finishSwitch(const std::string& notes);
/// Requires: finishSwitch() was called. Errors: IoFailed, DiskFull; then nothing is changed.
base::Status switchFiles(const std::string& notes, const std::vector<FileSwitch>& files);
/// What would go back in the place of each; the files without one are left out. Errors: IoFailed.
base::Result<std::vector<FileSwitch>> previousOf(const std::vector<FileSwitch>& files);

/// After a switch was taken back: what stood before it is again what a rollback leads to. `earlier`: of previousOf() before that
/// switch. Errors: IoFailed, DiskFull.
base::Status restorePrevious(const std::vector<FileSwitch>& files, const std::vector<FileSwitch>& earlier);

}  // namespace yht::app
