// A code translation (码表): our code → the far side's, from a CSV file
// "our_code,their_code[,remark]". A row whose our_code is "*" is the fallback for codes that have
// no row; a mapping counts how often it was taken. Uses: base. Used by: profile, mapping.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "gateway/base/result.h"

namespace yht::kit {

/// Immutable. Thread-safety: any thread.
class Vocabulary {
public:
    static constexpr std::size_t kRowsMax = 20'000;

    /// `name` is what error texts call the file. Errors: ProfileInvalid with name:line.
    static base::Result<Vocabulary> fromCsv(const std::string& name, std::string_view csv);

    const std::string& name() const { return name_; }
    /// Their code for exactly this code of ours; nullptr where there is no row.
    const std::string* find(const std::string& our_code) const;
    /// Their code for whatever has no row; nullptr where the file has no "*".
    const std::string* fallback() const { return has_fallback_ ? &fallback_ : nullptr; }
    std::size_t size() const { return codes_.size(); }

private:
    std::string name_;
    std::unordered_map<std::string, std::string> codes_;
    std::string fallback_;
    bool has_fallback_ = false;
};

}  // namespace yht::kit
