include_guard()

# cardresolver_add_room(NAME SOURCES file... [USES target...])
#
# One static library for one folder of src/. USES is the whole list of what the room may include:
# the link lists are the architecture.
function(cardresolver_add_room name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES" ${ARGN})
  add_library(cardresolver_${name} STATIC ${ARG_SOURCES})
  add_library(cardresolver::${name} ALIAS cardresolver_${name})
  target_link_libraries(cardresolver_${name} PUBLIC ${ARG_USES} PRIVATE cardresolver_options)
endfunction()

# cardresolver_add_test(NAME SOURCES file... [USES target...] [LABELS label...])
#
# One GoogleTest program, named like its folder, registered test by test.
function(cardresolver_add_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;LABELS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_link_libraries(${name} PRIVATE ${ARG_USES} GTest::gmock GTest::gtest_main cardresolver_options)
  gtest_discover_tests(${name} TEST_PREFIX "${name}." DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT 120)
endfunction()
