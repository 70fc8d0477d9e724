// The bounds that partners meet, as one table made from the constants themselves: the guide and the specification print
// it. Uses: the rooms whose bounds they are. Used by: app (yht schema spec), tests.
#pragma once

#include <string>
#include <vector>

namespace yht::http {

struct PartnerLimit {
    const char* zh;
    const char* en;
    std::string value;
};
std::vector<PartnerLimit> partnerLimits();

enum class Language { Zh, En };
/// The table in Markdown, as schemas/README.md and README.zh-CN.md hold it.
std::string limitsTable(Language language);

}  // namespace yht::http
