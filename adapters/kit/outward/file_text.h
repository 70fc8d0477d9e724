// A batch as the text of a file, and an answer file as a code. Pure.
// Uses: store_destination, decoders. Used by: file_destination.
#pragma once

#include <optional>
#include <string>

#include "adapters/kit/outward/store_destination.h"

namespace yht::kit {

/// In `charset`; a character that it lacks was replaced by the mapping already. Errors: ProfileInvalid.
base::Result<std::string> fileText(
    const FileRules& rules, const std::string& charset, const std::vector<StoreRecord>& records
);

struct FileAnswer {
    std::string code, number;
};
/// Errors: PeerAnswerInvalid where it can't be read, or does not hold one entry with a code.
base::Result<FileAnswer> readFileAnswer(const FileRules& rules, std::string_view bytes);

/// "{seq}" and so on filled in.
std::string filledName(std::string name, const std::vector<std::pair<std::string, std::string>>& words);

}  // namespace yht::kit
