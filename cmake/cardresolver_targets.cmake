include_guard()

# cardresolver_precompile(TARGET GROUP header...)
#
# Parses these headers once for all targets of a group, if CARDRESOLVER_PRECOMPILED_HEADERS is on: the first target
# that asks makes them, the others of its kind use them. What a file includes it names all the same.
function(cardresolver_precompile target group)
  if(NOT CARDRESOLVER_PRECOMPILED_HEADERS)
    return()
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Work-around: GCC 12 takes what it inlines from a precompiled header for the user's own code, and finds faults
    # in std::string that are none (GCC bug 105651). Without precompiled headers, and by clang, all is checked.
    target_compile_options(${target} PRIVATE -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread
      -fpch-preprocess)  # the last one for ccache
  endif()
  get_property(owner GLOBAL PROPERTY cardresolver_precompiled_${group})
  if(owner)
    target_precompile_headers(${target} REUSE_FROM ${owner})
  else()
    set_property(GLOBAL PROPERTY cardresolver_precompiled_${group} ${target})
    target_precompile_headers(${target} PRIVATE ${ARGN})
  endif()
endfunction()

# cardresolver_add_room(NAME SOURCES file... [USES target...])
#
# One static library for one folder of src/. USES is the whole list of what the room may include:
# the link lists are the architecture.
function(cardresolver_add_room name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES" ${ARGN})
  add_library(cardresolver_${name} STATIC ${ARG_SOURCES})
  add_library(cardresolver::${name} ALIAS cardresolver_${name})
  target_link_libraries(cardresolver_${name} PUBLIC ${ARG_USES} PRIVATE cardresolver_options)
  cardresolver_precompile(cardresolver_${name} rooms
    <algorithm> <array> <chrono> <cstdint> <deque> <functional> <map> <memory> <optional> <span> <stdexcept> <string>
    <string_view> <system_error> <utility> <vector>)
endfunction()

# cardresolver_add_test(NAME SOURCES file... [USES target...] [LABELS label...])
#
# One GoogleTest program, named like its folder, registered test by test.
function(cardresolver_add_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;LABELS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(${name} PRIVATE ${ARG_USES} GTest::gmock GTest::gtest_main cardresolver_options)
  cardresolver_precompile(${name} tests <algorithm> <chrono> <filesystem> <fstream> <functional> <gmock/gmock.h> <gtest/gtest.h>)
  gtest_discover_tests(${name} TEST_PREFIX "${name}." DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT 120)
endfunction()
