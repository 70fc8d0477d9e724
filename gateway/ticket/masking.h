// Masking (脱敏) and secrecy (保密): records for those who must not learn who somebody is. What each class of personal
// data keeps is written in gateway/ticket/README.md.
// Uses: record, fold. Used by: door, delivery, ledger show.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "gateway/ticket/fold.h"
#include "gateway/ticket/record.h"

namespace yht::ticket {

/// What the records of one ticket call its persons: names, numbers, addresses. A citizen named in the appeal is thereby
/// found in a unit's opinion too. A value; learn() every record of the ticket before masking any of them.
class Persons {
public:
    void learn(const Record& record);

    /// Free text without anybody, or without the citizen only; what tells of somebody by its form (free_text.h) goes in both.
    std::string withoutAnybody(std::string text) const;
    std::string withoutCitizen(std::string text) const;

private:
    struct Person {
        std::string mask;
        bool citizen = false;
    };
    // Longest first, so that no name is cut out of the middle of a longer one.
    struct LongestFirst {
        bool operator()(const std::string& a, const std::string& b) const {
            return a.size() != b.size() ? a.size() > b.size() : a < b;
        }
    };
    std::map<std::string, Person, LongestFirst> persons_;
};

/// For screens: every person masked as the class of the field asks (姓名 张**, 电话 199****0001 …), in free text too.
Record masked(const Record& record, const Persons& persons);

/// 保密: nothing by which the citizen can be known. What is the citizen's goes; where the record must have it, 保密 and
/// 000 (a withheld number) stand in its place, so that it stays a valid record. Extension blocks and tags go whole. Place
/// of incident, accused and officers stay: without them nobody could handle the matter.
Record withoutCitizen(const Record& record, const Persons& persons);

/// 保密: whether the ticket's citizen must stay unknown to units. What could not be checked is not treated as checked: a
/// ticket without an appeal in force, or with erased records, counts as secret.
bool citizenIsSecret(const TicketView& folded, bool records_complete);

}  // namespace yht::ticket
