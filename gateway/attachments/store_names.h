// How the names in the store's folders are made and read (store.h has the layout).
// Uses: crypto. Used by: store.
#pragma once

#include <string>
#include <vector>

#include "gateway/base/result.h"

namespace yht::attachments {

/// Of a mark, and of the notes about it.
std::string keyedName(const std::string& digest, const std::string& partner_key);
std::string markName(const std::string& digest, const std::string& partner_id);
/// The digest and the partner's key of such a name; a name without a key is given whole.
std::pair<std::string, std::string> splitMarkName(const std::string& name);
/// The keys of the partners whose marks (or notes) of the digest stand in a folder. Errors: IoFailed.
base::Result<std::vector<std::string>> partnerKeysIn(const std::string& folder, const std::string& digest);

bool exists(const std::string& path);
/// 0 where it is not there.
std::uint64_t fileBytes(const std::string& path);
/// Nothing where it is not there. Errors: IoFailed.
base::Status removeFile(const std::string& path);

}  // namespace yht::attachments
